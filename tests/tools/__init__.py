"""Tests of what a person or a pipeline runs beside `pulumi`."""
