"""What Wirewatch is made of: licences, a bill of materials, known weaknesses, a wheel that is the same each time."""
