import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import type { Config } from '../config.ts';
import { type BodyLimit, type BodyLimits, bodyLimitOf } from './body-limit.ts';
import type { ErrorCode } from './error-codes.ts';
import { limitError } from './limit-error.ts';
import { MULTIPART } from './multipart.ts';
import { type Plugin, thisMoment } from './request-facts.ts';

type Limits = BodyLimits & Pick<Config, 'maxBatch'>;

/**
 * Reads request bodies, up to the limit. JSON comes straight from the socket, without a web stream in between;
 * all other forms of a body go to Yoga's parsers after their size was checked.
 */
export function useRequestBody({ maxBatch, ...limits }: Limits): Plugin {
  const hooks = {
    onRequestParseDone({ requestParserResult }: { requestParserResult: unknown }) {
      if (!Array.isArray(requestParserResult) || requestParserResult.length <= maxBatch) return;
      throw limitError({
        setting: 'LUMIGRAPH_MAX_BATCH',
        limit: maxBatch,
        actual: requestParserResult.length,
        what: `The request is an array of ${requestParserResult.length} operations`,
        remedy: 'Send one operation in a request.',
      });
    },
  };
  return {
    onRequestParse({ request, requestParser, setRequestParser, serverContext }) {
      const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
      // read as it comes, under limits of its own
      if (type === MULTIPART) return hooks;
      const encoding = request.headers.get('content-encoding');
      if (encoding !== null && encoding.trim().toLowerCase() !== 'identity') {
        throw badRequest('Bodies are not taken compressed: send it without a content-encoding', 415);
      }
      const declared = Number(request.headers.get('content-length') ?? 0);
      if (!Number.isSafeInteger(declared)) throw badRequest('The content-length header is not a number');
      const limit = bodyLimitOf(serverContext.facts.viewer, limits);
      if (declared > limit.most) throw limit.refusal(declared);
      if (request.method === 'POST' && (type === 'application/json' || type === 'application/graphql+json')) {
        setRequestParser(async () => {
          const body =
            serverContext?.req === undefined ? await readWeb(request, limit) : await readNode(serverContext.req, limit);
          const { facts } = serverContext;
          facts.workedOnSince = thisMoment();
          facts.beforeBody?.(body.length);
          return parseJson(body);
        });
      } else if (
        requestParser !== undefined &&
        request.body !== null &&
        request.headers.get('content-length') === null
      ) {
        throw badRequest('A body that is not JSON needs a content-length header', 411);
      } else if (requestParser !== undefined) {
        setRequestParser(async (...request) => {
          try {
            return await requestParser(...request);
          } catch (error) {
            // JSON in a query string or a form
            throw error instanceof SyntaxError
              ? badRequest(`Part of the request is not JSON: ${error.message}`)
              : error;
          }
        });
      }
      return hooks;
    },
  };
}

const badRequest = (message: string, status = 400) =>
  new GraphQLError(message, {
    // whatever the client accepts: there is no GraphQL answer that a status of 200 could announce
    extensions: { code: 'BAD_REQUEST' satisfies ErrorCode, http: { status } },
  });

function readNode(request: IncomingMessage, { most, refusal }: BodyLimit): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isWhole = false;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > most) {
        // the rest is read and thrown away, so that the client gets to see the answer
        request.removeAllListeners('data').resume();
        reject(refusal(size));
      } else chunks.push(chunk);
    });
    request.on('end', () => {
      isWhole = true;
      resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString());
    });
    // every request closes in the end: an error, with its stack, is made only for those that close too early
    const brokeOff = () => {
      if (!isWhole) reject(badRequest('The request ended before its body did'));
    };
    request.on('error', brokeOff);
    request.on('close', brokeOff);
  });
}

async function readWeb(request: Request, { most, refusal }: BodyLimit): Promise<string> {
  const text = await request.text();
  const size = Buffer.byteLength(text);
  if (size > most) throw refusal(size);
  return text;
}

/** Whatever the client sent: Yoga checks the shape next. */
function parseJson(text: string): GraphQLParams {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw badRequest(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof body !== 'object' || body === null)
    throw badRequest('The body is JSON, but neither an object nor an array');
  return body as GraphQLParams;
}
