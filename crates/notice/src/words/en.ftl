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

## support desk
desk-hello = Hello,
desk-known = This is what we know { $at }:
desk-more = { $count ->
    [one] and one more shipment, which your account lists.
   *[other] and { $shown } more shipments, which your account lists.
}
desk-restored = The service has been restored since { $since }.
desk-your-request = For your request:
desk-reference = Reference of your request: { $reference }
desk-reply = Reply to this message if your question is another one: a person will read it.
desk-subject = Your request [{ $reference }]
desk-trouble = Since { $since } we observe failures or delays with { $carrier } ({ $functions }).
desk-trouble-ours = Since { $since } we observe failures or delays ({ $functions }).
desk-parcel = Parcel { $number }: { $state }
desk-parcel-of-order = Parcel { $number } (order { $order }): { $state }
desk-order = Order { $order }: { $state }
desk-shipment = Shipment { $shipment }: { $state }
desk-order-part = { $order }, parcel { $part }
desk-public = there has been a label since { $since }. To know more, track the parcel by this number.
desk-not-here = Parcel { $number }: this number is not known to us.
desk-mistyped = { $number }: this is not a parcel number, one character is wrong. Please check it on the label.
desk-ready = the label has been ready since { $since }.
desk-ready-local = a valid local label was printed { $at }.
desk-ready-local-unannounced = a valid local label was printed { $at }; the carrier is told of it once it answers.
desk-waiting = request received { $at } and kept; the label could not be asked for yet. There is nothing for you to redo.
desk-waiting-again = request received { $at } and kept; it was put to the carrier without success and will be put again. There is nothing for you to redo.
desk-unknown = request received { $at }, put to the carrier { $asked } without an answer. We are finding out whether the label was made; please do not ask for it again.
desk-question = an answer has been waited for since { $since }.
desk-question-link = an answer has been waited for since { $since }: { $link }
desk-rejected = the carrier refused the request { $at } (code { $code }). Please correct it and ask again.
desk-human = a person has been looking at it since { $since }.
desk-void = the shipment was cancelled { $at }.
