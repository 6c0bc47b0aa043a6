"""The recipe of the bundled model, from pairs of sentences to an OPUS-MT release."""
