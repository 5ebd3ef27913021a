"""Stand-ins for Pulumi's language host and provider plugins, faithful to the official ones."""
