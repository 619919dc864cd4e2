"""Who may come in: the house code, the devices that know it, and how often one may guess."""
