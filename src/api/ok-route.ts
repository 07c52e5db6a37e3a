/** `GET /ok.html`: answers that there is somebody, for probes that ask Supervisor's page of that name. */
import { refuse, type Route, send } from './exchange.ts';

const path = '/ok.html';

/** The route of that page. Source: Supervisor's web.py, OKView. */
export const okRoute: Route = {
  prefix: path,
  take: (exchange) => {
    const { method } = exchange.request;
    if (exchange.path !== path) return refuse(exchange, 404);
    if (method !== 'GET' && method !== 'HEAD') return refuse(exchange, 405, { Allow: 'GET, HEAD' });
    exchange.request.resume();
    return send(exchange, { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'OK' });
  },
};
