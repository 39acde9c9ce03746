"""为企业配技术，为技术找企业: new and changed listings are compared at once with what others look for."""
