"""What an installation on AWS costs a month, computed from its templates and a list of prices."""
