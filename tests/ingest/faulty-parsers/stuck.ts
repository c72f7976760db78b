/** A parse process that loops for ever over every file. */
process.on('message', () => {
  while (true);
});
