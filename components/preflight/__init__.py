"""What is looked at before anything is declared: state, zones, DNS. It ends in one `Plan`."""
