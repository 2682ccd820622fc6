/** Deliveries as they lie in Redis: for each target its place in the feed and what it is still to be told, each step one script. */
import { claimsOf } from './deliveries/claims.ts';
import { intakeOf } from './deliveries/intake.ts';
import { keptOf } from './deliveries/kept.ts';
import { placeOf } from './deliveries/place.ts';
import { targetsOf } from './deliveries/targets.ts';
import type { State } from './state.ts';

export { type KeptDelivery, STATUSES, type Status } from './deliveries/kept.ts';

export type Deliveries = ReturnType<typeof deliveriesOf>;

export function deliveriesOf(state: State) {
  const place = placeOf(state);
  return { ...targetsOf(state, place), ...intakeOf(place), ...claimsOf(place), ...keptOf(place) };
}
