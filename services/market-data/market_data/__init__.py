"""The market-data service: prices, candles and indicators from one place, with their provenance."""
