## Functions, as they stand in sentences
function-label = labels
function-pickup = pickup points
function-tracking = tracking
function-orders = order exchange

calls-label = label requests
calls-pickup = pickup point searches
calls-tracking = tracking requests
calls-orders = order exchanges

Calls-label = Label requests
Calls-pickup = Pickup point searches
Calls-tracking = Tracking requests
Calls-orders = Order exchanges

## What is claimed
failing-dark = Since { $since } we observe that { $calls } to { $carrier } fail.
failing-slow = Since { $since } we observe that { $calls } to { $carrier } take much longer than usual or fail.
failing-slow-times = Since { $since } we observe that { $calls } to { $carrier } take much longer than usual: { $seen } instead of { $usual }.
failing-counts = { $failed } of { $all } failed in the last { $minutes } minutes.
ourselves-well = Our own service answers normally.
confirmed-carrier = Confirmed by { $carrier } { $at } ({ $source }).
confirmed-operator = Confirmed { $at } by a source that our operator cites ({ $source }).
unconfirmed = We know of no confirmation by the carrier.
signs = Signs of recovery: some { $calls } succeed again since { $since }. This may not last; there is nothing for you to redo.
signs-share = Signs of recovery: some { $calls } succeed again since { $since } ({ $share }% over { $minutes } min). This may not last; there is nothing for you to redo.
under-watch = Under watch: { $calls } have succeeded again since { $since }. We keep watching before we say that it is over.
relapsed = The return seen { $seen } did not hold: since { $since } { $calls } { $condition ->
    [slow] are slow or fail again
   *[dark] fail again
}.
restored-function = { $calls }: restored since { $since }.
restored = Restored since { $since }.
restored-work = Delayed labels: { $sent-shown } sent, { $need ->
    [one] { $need-shown } needs your answer.
   *[other] { $need-shown } need your answer.
}
fault-carrier = By what we measure, the trouble is at the carrier.
fault-ours = The trouble is on our side.
fault-our_path = The trouble is on our way out to the carrier.
not-known = We do not know when it will be over.
nothing-known = Nothing newer is known at present.
next-message = Next message by { $at }.
next-message-late = The message that was promised by { $at } is late.
remark = { $by } says: { $text }

## A whole message in a line
headline = { $carrier } – { $functions }: { $level }
headline-whole = { $carrier }: { $level }
level-observed = disruption observed
level-confirmed = disruption confirmed
level-signs = signs of recovery
level-under_watch = working again, under watch
level-relapsed = the return did not hold
level-restored = restored
level-none = state not known

## Times
at = at { $time }
when-other-day = { $time } on { $day }
at-other-day = at { $time } on { $day }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
day = { $day } { $month }
