"""Names that people and exchanges use for assets: facts, no logic."""

# The name shown in a card, and accepted from a person: "bitcoin" means BTC.
NAMES = {
    "AAPL": "Apple",
    "ADA": "Cardano",
    "ALGO": "Algorand",
    "ARB": "Arbitrum",
    "ATOM": "Cosmos",
    "AVAX": "Avalanche",
    "BCH": "Bitcoin Cash",
    "BNB": "BNB",
    "BTC": "Bitcoin",
    "DAI": "Dai",
    "DOGE": "Dogecoin",
    "DOT": "Polkadot",
    "ETC": "Ethereum Classic",
    "ETH": "Ethereum",
    "EUR": "Euro",
    "FDUSD": "First Digital USD",
    "FIL": "Filecoin",
    "GOOG": "Google",
    "IBM": "IBM",
    "LINK": "Chainlink",
    "LTC": "Litecoin",
    "MSFT": "Microsoft",
    "NEAR": "NEAR Protocol",
    "OP": "Optimism",
    "PEPE": "Pepe",
    "POL": "Polygon",
    "PYUSD": "PayPal USD",
    "SHIB": "Shiba Inu",
    "SOL": "Solana",
    "STX": "Stacks",
    "SUI": "Sui",
    "TON": "Toncoin",
    "TRX": "TRON",
    "TUSD": "TrueUSD",
    "UNI": "Uniswap",
    "USDC": "USD Coin",
    "USDT": "Tether",
    "XLM": "Stellar",
    "XMR": "Monero",
    "XRP": "XRP",
}

# Other tickers for the same asset: Kraken's own, and renamed ones.
ALIASES = {
    "MATIC": "POL",
    "XBT": "BTC",
    "XDG": "DOGE",
}

# What people call them, apart from their names.
SPOKEN = {
    "BITCOINS": "BTC",
    "DOLLAR": "USD",
    "DOLLARS": "USD",
    "ETHER": "ETH",
    "EUROS": "EUR",
    "PFUND": "GBP",
    "POUND": "GBP",
    "POUNDS": "GBP",
    "RIPPLE": "XRP",
    "YEN": "JPY",
}

# Assets that others are priced in, in the order in which a bare base looks for its market. USD,
# USDT and USDC are different assets: the order chooses a market, it never converts.
QUOTES = ("USD", "USDT", "USDC", "EUR", "GBP", "FDUSD", "BTC", "ETH", "JPY")
