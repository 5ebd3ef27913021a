"""Resources of our own, which a stack's state remembers by module and class name.

Neither a module's path nor a class's name may ever change here:
``tests/components/frozen_names.txt`` holds them.
"""
