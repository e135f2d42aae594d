"""GitFlow: which branches there are, what they are called and where they go."""
