import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for client/ and the examples: `npm run generate`, then commit client/gql. */
const config: CodegenConfig = {
  schema: './schema.graphql',
  documents: ['client/**/*.ts', 'examples/**/*.ts', '!client/gql/**'],
  importExtension: '.ts',
  generates: {
    './client/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, persistedDocuments: true },
      config: {
        // documents are strings: the client needs no GraphQL library
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          Base64: 'string',
          // flat, or rows with `layout: NESTED`: a scalar has one type, whatever the arguments
          Bins: 'ReadonlyArray<number | null> | ReadonlyArray<ReadonlyArray<number | null>>',
          BinsInput: 'ReadonlyArray<number> | string',
          DateTime: 'string',
          // sent by the GraphQL multipart request spec
          File: '../upload.ts#Upload',
          JSONObject: 'Readonly<Record<string, unknown>>',
          GoldenJson: 'string | Readonly<Record<string, ReadonlyArray<readonly [number, number]>>>',
          SafeInt: 'number',
        },
      },
    },
  },
};

export default config;
