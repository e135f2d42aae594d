"""What goes into an image, and how to tell it apart from every other one."""
