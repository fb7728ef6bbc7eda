"""The doors that speak HTTP: gateway, inspection API, public pages, and what operations need."""
