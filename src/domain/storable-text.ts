// a half of a surrogate pair, and the character that ends a text in C
const UNSTORABLE = /[\p{Surrogate}\0]/u;

/** Whether both databases can store the text: what they cannot is no name of anything, and PostgreSQL refuses to compare it. */
export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);
