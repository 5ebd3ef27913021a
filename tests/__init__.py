"""The tests of tapal."""
