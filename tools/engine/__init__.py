"""`make preview`, `up`, `destroy` and `unlock`: Pulumi run once, stopped soon, and tidied after."""
