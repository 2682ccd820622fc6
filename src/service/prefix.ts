/** What all keys in Redis begin with. */
export const PREFIX = 'guestwatch';
