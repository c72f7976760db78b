const NAMES = String.raw`127\.\d+\.\d+\.\d+|\[::1\]|localhost`;
const LOOPBACK = new RegExp(`^(${NAMES}|::1|::ffff:127\\.\\d+\\.\\d+\\.\\d+)$`);
/** A page of another site whose name was made to point at this machine sends that name. */
const TO_LOOPBACK = new RegExp(`^https?://(${NAMES})(:\\d+)?/`);

/** Whether an address or a name is one of this machine that no other machine reaches. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** Whether a request was sent to such a name. */
export const isSentToLoopback = (url: string): boolean => TO_LOOPBACK.test(url);
