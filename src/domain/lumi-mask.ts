/** CMS tools' upper bound for "to the end of the run". */
export const END_OF_RUN = 268435455;
