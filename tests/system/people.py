"""`python people.py ADDRESS [PEOPLE]`: people at the playground's page, who ask and read answers.

Each has a chat of their own and asks one thing after another. Prints one line of JSON: how many
answers came and how many milliseconds they took. Ends with 1 when an answer was not about what was
asked. It runs in the playground's image, which holds all that it imports.
"""

import asyncio
import json
import sys
import time

import httpx

# What is asked, and what the answer must hold.
QUESTIONS = {"/price BTC": "BTC/USD", "/atr ETH 1h": "ETH/USD", "/price sol,ada": "SOL"}
_ANSWERED_WITHIN = 25.0


async def main(address: str, people: int) -> int:
    """Let everybody ask everything at the same time."""
    limits = httpx.Limits(max_connections=people)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        asked = await asyncio.gather(*(_person(client, chat) for chat in range(1, people + 1)))
    took = sorted(milliseconds for answers in asked for milliseconds in answers)
    report = {"people": people, "answers": len(took), "wanted": people * len(QUESTIONS)}
    if took:
        report |= {"p50_ms": took[len(took) // 2], "p99_ms": took[int(len(took) * 0.99)]}
    print(json.dumps(report), flush=True)
    return 0 if report["answers"] == report["wanted"] else 1


async def _person(client: httpx.AsyncClient, chat: int) -> list[int]:
    """Return how long the right answers took."""
    took = []
    for question, held in QUESTIONS.items():
        seen = (await client.get("/api/transcript", params={"chat": chat})).json()["seq"]
        began = time.perf_counter()
        await client.post("/api/messages", params={"chat": chat}, json={"text": question})
        answer = await _answer(client, chat, seen)
        if held in answer:
            took.append(round((time.perf_counter() - began) * 1000))
        else:
            print(f"chat {chat}: {question} was answered {answer!r}", flush=True)
    return took


async def _answer(client: httpx.AsyncClient, chat: int, seen: int) -> str:
    """Return what the bot wrote first after event `seen`; nothing when that took too long."""
    while True:
        asked = {"chat": chat, "after": seen, "wait": _ANSWERED_WITHIN}
        said = (await client.get("/api/transcript", params=asked)).json()
        for event in said["events"]:
            if event["type"] == "message" and event["message"]["from"]["is_bot"]:
                return str(event["message"].get("text", ""))
        if said["seq"] == seen:
            return ""
        seen = said["seq"]


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
