/** `wait.mjs URL SECONDS`: asks until the answer is that all is well, and ends: with 0 then, with 1 after so long without. */
const [url, seconds] = process.argv.slice(2);
const ASK_MS = 1_000;

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const end = Date.now() + Number(seconds) * 1_000;
let last = 'no answer';
while (Date.now() < end) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    if (response.ok) process.exit(0);
    last = `status ${response.status}`;
  } catch (error) {
    last = error.cause?.message ?? error.message;
  }
  await new Promise((resolve) => setTimeout(resolve, ASK_MS));
}
console.error(
  `${url} is not well after ${seconds} s (${last}). The emulator starts only with ACCEPT_EULA=Y, and its log says` +
    ' what else is wrong: docker compose logs eventhubs-emulator',
);
process.exit(1);
