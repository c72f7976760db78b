/**
 * What may be called by a name: masks, sets of monitor elements, tasks. 1 to 100 letters, digits and `. _ -`; it begins with a
 * letter and ends in none of `._-`, so that it stands in URLs, on command lines and in masks as it is.
 */
export const SAVED_NAME = /^[A-Za-z](?:[\w.-]{0,98}[A-Za-z0-9])?$/;
