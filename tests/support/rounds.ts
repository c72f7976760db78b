/** How often a test tries what it draws at random: `ROUNDS=10 npm test` tries ten times as often. */
export const rounds = (usual: number) => Math.max(1, Math.round(usual * Number(process.env.ROUNDS ?? 1)));
