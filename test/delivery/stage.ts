/** Deliveries on a real Redis: a state that findings are made in, targets on loopback, and any number of processes that deliver. */
import {
  type Delivery,
  type DeliveryOptions,
  rendering,
  type SendOptions,
  startDelivery,
  type Target,
  type Webhook,
  webhookTarget,
} from '../../src/delivery/delivery.ts';
import { secretOf } from '../../src/delivery/sign.ts';
import { BUILT_IN_RULE } from '../../src/detection/rule.ts';
import { feedOf } from '../../src/service/delivering.ts';
import { type Deliveries, deliveriesOf } from '../../src/state/deliveries.ts';
import { deliveryQueries } from '../../src/state/queries/deliveries.ts';
import { type FeedQueries, feedQueries } from '../../src/state/queries/feed.ts';
import { openState, type State, type StateOptions } from '../../src/state/state.ts';
import { eventually } from '../e2e/waiting.ts';
import { applyFacts, stateOptions } from '../state/redis.ts';
import { operation, signIn } from '../state/samples.ts';
import { SECRET } from './receiver.ts';

/** As the service has it. */
export const render = rendering(() => ({ productVersion: '1.2.3', rule: BUILT_IN_RULE }));

export const ALL = { name: 'test', tenants: 'all' } as const;

export const keyOf = (secret: string): Buffer => {
  const read = secretOf(secret);
  if ('mend' in read) throw new Error(read.mend);
  return read.key;
};

export const webhookOf = (url: string, changes: Partial<Webhook> = {}): Webhook => ({
  ...{ name: 'soc', url: new URL(url), keys: [keyOf(SECRET)], format: 'cloudevents', tenants: 'all', view: 'any' },
  ...{ severity: 'informational', reach: 'private', isEnabled: true },
  ...changes,
});

export interface Stage {
  readonly state: State;
  readonly deliveries: Deliveries;
  readonly queries: ReturnType<typeof deliveryQueries>;
  readonly feed: FeedQueries;
  /** What time it is for deliveries; moved at will. */
  readonly clock: { ms: number };
  /** What was told of the work. */
  readonly told: { readonly resyncs: string[]; readonly outcomes: string[]; readonly errors: unknown[]; full: number };
  target(webhook: Webhook, send?: Partial<SendOptions>): Target;
  /** A process that delivers. Resolves when each target is written down. */
  deliver(targets: readonly Target[], options?: Partial<DeliveryOptions>): Promise<Delivery>;
  /** Makes a finding of that name, or revises it: each call is one revision. */
  publish(actor?: string): Promise<void>;
}

let sequenceNumber = 0;

export async function onStage(
  url: string,
  run: (stage: Stage) => Promise<void>,
  changes: Partial<StateOptions> = {},
): Promise<void> {
  const state = await openState(stateOptions(url, changes));
  const feed = await feedQueries(state);
  const closers: (() => Promise<unknown>)[] = [];
  const deliveries = deliveriesOf(state);
  const clock = { ms: Date.now() };
  const told = { resyncs: [] as string[], outcomes: [] as string[], errors: [] as unknown[], full: 0 };
  const known = new Set<string>();
  const stage: Stage = {
    ...{ state, feed, deliveries, clock, told, queries: deliveryQueries(deliveries, () => clock.ms) },
    target: (webhook, send = {}) => webhookTarget(webhook, { render, now: () => Date.now(), agent: 'test', ...send }),
    async deliver(targets, options = {}) {
      const delivery = await startDelivery(targets, {
        ...{ queue: deliveries, feed: feedOf(state, feed), now: () => clock.ms, dice: () => 0.5 },
        events: {
          onOutcome: (_, outcome) => void told.outcomes.push(outcome),
          onResync: (_, why) => void told.resyncs.push(why),
          onFull: () => {
            told.full += 1;
          },
          onDropped: () => {},
          onError: (_, error) => void told.errors.push(error),
        },
        ...options,
        tuning: { claimMs: 1_500, lookMs: 50, stopMs: 500, ...options.tuning },
      });
      closers.push(() => delivery.stop());
      const missing = async () => [...(await delivery.states()).values()].some((one) => one === null);
      await eventually(
        async () => !(await missing()),
        () => `no target is written down: ${told.errors}`,
        10_000,
      );
      return delivery;
    },
    async publish(actor = 'ann') {
      sequenceNumber += 1;
      const at = Date.now();
      const upn = `${actor}@partner.example`;
      const who = { actorUpn: upn, actorObjectId: null };
      const facts = [
        ...(known.has(actor) ? [] : [signIn(`s-${actor}`, at, { upn, objectId: null })]),
        operation(`${actor}-${sequenceNumber}`, at, who),
      ];
      known.add(actor);
      await applyFacts(state, facts, sequenceNumber);
    },
  };
  try {
    await run(stage);
  } finally {
    await Promise.all(closers.map((close) => close()));
    await feed.close();
    await state.close();
  }
}
