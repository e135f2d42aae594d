"""What this project asks of AWS while it runs, by nothing but the standard library."""
