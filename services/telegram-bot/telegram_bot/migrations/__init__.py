"""How the database got its shape, one numbered step a file. Steps go forward only.

`expand/` holds steps that a running older program does not notice. `contract/` holds those that
take away what only older programs read, and say from which program on (`OLDEST_PROGRAM`).
A program is known by NEWEST, the last step that it brings, and works from NEEDS on.
"""

NEWEST = 9
NEEDS = 9
