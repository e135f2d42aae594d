"""What keeps answers coming when upstreams do not."""
