"""The static gates that are more than one call of one tool. `local.gates` lists them all."""
