/** The floor: a consumer that takes what the client library gives it, as bytes, and does nothing with it. */
import { consume } from './peer.ts';

consume(true, async () => async () => {});
