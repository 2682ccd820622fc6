/** Makes and reads offsets: opaque text that sorts neither as text nor as numbers the way the events do. */

/** The offset that stands before every event. */
export const offsetOfStart = '-1';
/** The offset that stands after every event there is. */
export const offsetOfEnd = '@latest';

/**
 * The offset of the event that begins `position` bytes into the partition's log. It names the hub's creation, so that an
 * offset of a hub that was deleted and made anew is known for a stranger.
 */
export function offsetAt(createdMs: number, position: number): string {
  return `${createdMs.toString(36)}:${position.toString(36)}`;
}

/** The position in an offset of this very hub; undefined for any other text. */
export function positionOf(createdMs: number, offset: string): number | undefined {
  const [created, position, ...rest] = offset.split(':');
  if (created !== createdMs.toString(36) || position === undefined || rest.length > 0) return undefined;
  const value = Number.parseInt(position, 36);
  return Number.isSafeInteger(value) && value.toString(36) === position ? value : undefined;
}
