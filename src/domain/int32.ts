/** The greatest that a column or field of integers holds. */
export const MAX_INT32 = 2_147_483_647;
