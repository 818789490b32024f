import json
from tests.architecture import visits
def test_dump(house, browse):
    w = visits.build(house, browse)
    out = {}
    for m, r, t in visits.rows():
        cells = []
        for s in visits.seats(r):
            try:
                a = visits.attempt(w, s, m, r, t)[1].status_code
            except Exception as e:
                a = "ERR " + type(e).__name__ + str(e)[:60]
            try:
                b = visits.attempt(w, s, m, r, "absent")[1].status_code if t else ""
            except Exception as e:
                b = "ERR " + type(e).__name__ + str(e)[:60]
            cells.append((a, b))
        out[f"{m} {r} {t}"] = cells
    json.dump(out, open("/tmp/qa/dump.json", "w"))
