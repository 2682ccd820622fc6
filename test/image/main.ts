/** `npm run image:check`: builds the image of deploy/Dockerfile, looks into it, and runs it on real parts. */
import assert, { AssertionError } from 'node:assert';
import { parseArgs } from 'node:util';
import { openBases } from './bases.ts';
import { build } from './build.ts';
import { IMAGE, removeAll } from './container.ts';
import { look } from './look.ts';
import { roll } from './rolling.ts';
import { smoke } from './smoke.ts';
import { CheckFault, passedCount, say, step } from './step.ts';
import { forgetContainers } from './tools.ts';

const USAGE = `npm run image:check [-- --once]

Builds the image with buildah on stand-ins for the public bases, twice; looks into it; runs it with podman on the local stack, and
through a rolling restart under load. Needs root on Debian. --once: does not build it a second time. What is dear to make stays in
.local/image.`;

async function main(args: readonly string[]): Promise<number> {
  let once = false;
  try {
    const options = { help: { type: 'boolean', default: false }, once: { type: 'boolean', default: false } } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) {
      say(USAGE);
      return 0;
    }
    once = values.once;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    return 2;
  }
  try {
    if (process.getuid?.() !== 0) throw new CheckFault('image:check needs root: bases and roots are made and mounted.');
    await check(once);
    say(`${passedCount()} passed, 0 failed`);
    return 0;
  } catch (error) {
    const isKnown = error instanceof CheckFault || error instanceof AssertionError;
    process.stderr.write(`guestwatch: ${isKnown ? error.message : (error as Error).stack}\n`);
    say(`${passedCount()} passed, 1 failed`);
    return error instanceof CheckFault ? error.exitCode : 1;
  } finally {
    removeAll();
  }
}

async function check(once: boolean): Promise<void> {
  forgetContainers();
  const bases = openBases();
  const built = await step('it builds', () => build(bases, { tag: IMAGE }));
  await step('our Event Hubs endpoint builds', () =>
    build(bases, { tag: 'localhost/guestwatch-eventhubs:check', target: 'eventhubs' }),
  );
  await look();
  await smoke();
  await roll();
  if (once) return;
  await step('built again from nothing, it is the same to the byte', () => {
    assert.deepEqual(build(bases, { tag: `${IMAGE}-again`, afresh: true }), built);
  });
}

process.exitCode = await main(process.argv.slice(2));
