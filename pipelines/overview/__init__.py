"""What an operator sees of the days and hours gone by: numbers, pictures and checks for the assets' pages."""
