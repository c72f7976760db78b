/** A token for everything: `createApp(store, config, { session: SESSION })` takes it as long as it runs. */
export const SESSION = `lg_0123456789ab_${'s'.repeat(43)}`;

/** What a request sends that has it. */
export const AUTHORIZED = { authorization: `Bearer ${SESSION}` };
