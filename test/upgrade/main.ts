/** `npm run upgrade:check`: rolls services from an older commit to this checkout and back, under traffic. */
import { parseArgs } from 'node:util';
import { type Checkout, checkOut, NoCheckout } from './checkout.ts';
import { roll } from './rolling.ts';

/** The last one before the service was made to run in containers. */
const FROM = 'fc384eb4a7befc06612e810fcf5c8e8bc7aaeae9';

const USAGE = `npm run upgrade:check [-- --from REF] [--seed S]

Runs services of an older commit (${FROM.slice(0, 12)}, unless said) and of this checkout side by side on one Redis, one storage
and one set of hubs, replaces the ones by the others under traffic, and back, and holds the answers of each against a second reading
of what was sent. The commit must be in this clone. Packages are those of this checkout. It takes about a minute.`;

async function main(args: readonly string[]): Promise<number> {
  const options = { from: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } } as const;
  let checkout: Checkout | null = null;
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    checkout = checkOut(values.from ?? FROM);
    console.log(`from ${checkout.commit.slice(0, 12)}`);
    await roll(checkout.folder, Number(values.seed ?? 1), (line) => console.log(line));
    console.log('good');
    return 0;
  } catch (error) {
    const isUse = error instanceof NoCheckout || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    console.error(isUse ? `guestwatch: ${(error as Error).message}` : error);
    return isUse ? 2 : 1;
  } finally {
    checkout?.remove();
  }
}

process.exitCode = await main(process.argv.slice(2));
