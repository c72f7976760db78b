import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    chunkSizeWarningLimit: 10_000,
    sourcemap: false,
    rolldownOptions: {
      onwarn(warning, warn) {
        // marks for React's compiler in packages that are compiled already
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  // The page stands at /graphiql, its files below it; relative, so that both may stand behind a prefix.
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `graphiql/${file}` : { relative: true }),
  },
  server: { proxy: { '/graphql': 'http://127.0.0.1:4000' } },
});
