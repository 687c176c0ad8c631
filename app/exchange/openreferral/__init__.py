"""The catalogue in the words of Open Referral UK 3.0. The standard's names stay in here."""
