"""Tests of the stack's file: no Pulumi, no network."""
