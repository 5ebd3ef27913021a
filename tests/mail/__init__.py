"""Tests of what knows mail: no network, no Pulumi."""
