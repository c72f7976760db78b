const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether both databases can store the moment: PostgreSQL knows no year 0, and a year has four digits. False for no moment at all. */
export const isStorableTime = (time: Date): boolean => time.getTime() >= FIRST_MS && time.getTime() <= LAST_MS;
