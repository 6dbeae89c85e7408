"""The processes in which statements run: started ahead, limited in memory and time, replaced when they end."""
