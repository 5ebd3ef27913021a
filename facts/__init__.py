"""What a Debian host says of itself: read in one go, and told in words. No Pulumi."""
