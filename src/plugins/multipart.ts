import { Readable } from 'node:stream';
import type { UploadFolder } from '../jobs/upload-folder.ts';
import { type BodyLimits, bodyLimitOf } from './body-limit.ts';
import { type MultipartLimits, MultipartRequest } from './multipart-request.ts';
import type { Plugin, ServerContext } from './request-facts.ts';

/** How long a client that is answered may go on sending before it is cut off: until then it may not have read the answer. */
const LINGER_MS = 5_000;

/** Of a form that may hold files; it has limits of its own. */
export const MULTIPART = 'multipart/form-data';

const IS_MULTIPART = /^\s*multipart\/form-data\s*(;|$)/i;

/**
 * Reads requests by the GraphQL multipart request spec as they come: nothing of a file is held in memory, and nothing is
 * written before the field that takes it has found that its client may upload.
 */
export function useMultipart(uploads: UploadFolder, limits: BodyLimits & Omit<MultipartLimits, 'fields'>): Plugin {
  const open = new WeakMap<ServerContext, MultipartRequest>();
  return {
    onRequestParse({ request, setRequestParser, serverContext }) {
      const contentType = request.headers.get('content-type') ?? '';
      if (request.method !== 'POST' || !IS_MULTIPART.test(contentType)) return;
      setRequestParser(() => {
        const { req, facts } = serverContext;
        const body = req ?? Readable.fromWeb((request.body ?? new Blob([]).stream()) as never);
        const { maxRootFields } = limits;
        const own = { fields: bodyLimitOf(facts.viewer, limits), maxRootFields };
        const multipart = new MultipartRequest(body, contentType, uploads, facts.viewer.name, own);
        open.set(serverContext, multipart);
        return multipart.read();
      });
    },
    onResponse({ serverContext }) {
      const multipart = open.get(serverContext);
      if (multipart === undefined) return;
      open.delete(serverContext);
      const { req, res } = serverContext;
      // removing may take its time, and the answer need not wait for it
      multipart.end().catch(() => {});
      res?.once('finish', () => {
        if (!req?.readableEnded) setTimeout(() => req?.destroy(), LINGER_MS).unref();
      });
    },
  };
}
