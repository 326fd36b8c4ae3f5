"""The verbs of the product, one transaction each; they return data and never send."""
