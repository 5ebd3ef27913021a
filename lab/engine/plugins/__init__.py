"""Stand-ins for Pulumi's language host and provider plugins, true to what the official ones do."""
