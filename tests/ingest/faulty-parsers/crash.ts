/** A parse process that dies over every file. */
process.on('message', () => {
  process.stderr.write('something broke deep inside\n');
  process.exit(7);
});
