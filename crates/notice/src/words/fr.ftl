## Les fonctions, comme elles figurent dans les phrases
function-label = étiquettes
function-pickup = points de retrait
function-tracking = suivi
function-orders = échange des commandes

calls-label = demandes d’étiquette
calls-pickup = recherches de point de retrait
calls-tracking = demandes de suivi
calls-orders = échanges de commandes

Calls-label = Demandes d’étiquette
Calls-pickup = Recherches de point de retrait
Calls-tracking = Demandes de suivi
Calls-orders = Échanges de commandes

## Ce qui est affirmé
failing-dark = Depuis { $since }, nous constatons que les { $calls } vers { $carrier } échouent.
failing-slow = Depuis { $since }, nous constatons que les { $calls } vers { $carrier } prennent beaucoup plus de temps que d’habitude ou échouent.
failing-slow-times = Depuis { $since }, nous constatons que les { $calls } vers { $carrier } prennent beaucoup plus de temps que d’habitude : { $seen } au lieu de { $usual }.
failing-counts = { $bad ->
    [one] { $failed } sur { $all } a échoué
   *[other] { $failed } sur { $all } ont échoué
} au cours { $last ->
    [one] de la dernière minute
   *[other] des { $minutes } dernières minutes
}.
ourselves-well = Notre service répond normalement.
confirmed-carrier = Confirmé par { $carrier } { $at } ({ $source }).
confirmed-operator = Confirmé { $at } par une source que cite notre équipe ({ $source }).
unconfirmed = À notre connaissance, le transporteur n’a pas confirmé d’incident.
signs = Signes de retour : une partie des { $calls } aboutit de nouveau depuis { $since }. Ce retour peut ne pas durer ; vous n’avez rien à refaire.
signs-share = Signes de retour : une partie des { $calls } aboutit de nouveau depuis { $since } ({ $share } % sur { $minutes } min). Ce retour peut ne pas durer ; vous n’avez rien à refaire.
under-watch = Sous surveillance : les { $calls } aboutissent de nouveau depuis { $since }. Nous continuons d’observer avant d’annoncer la fin.
relapsed = Le retour constaté { $seen } n’a pas tenu : depuis { $since }, les { $calls } { $condition ->
    [slow] sont de nouveau lentes ou échouent
   *[dark] échouent de nouveau
}.
restored-function = { $calls } : rétabli depuis { $since }.
restored = Rétabli depuis { $since }.
restored-work = Étiquettes en attente : { $sent ->
    [one] { $sent-shown } émise
   *[other] { $sent-shown } émises
}, { $need ->
    [one] { $need-shown } attend votre réponse.
   *[other] { $need-shown } attendent votre réponse.
}
fault-carrier = D’après nos mesures, l’origine se trouve chez le transporteur.
fault-ours = L’origine se trouve chez nous.
fault-our_path = L’origine se trouve sur notre liaison vers le transporteur.
not-known = Nous ne connaissons pas l’heure de rétablissement.
nothing-known = Rien de plus récent n’est connu pour le moment.
next-message = Prochain message avant { $at }.
next-message-late = Le message annoncé avant { $at } a du retard.
remark = { $by } indique : { $text }

## Un message entier en une ligne
headline = { $carrier } – { $functions } : { $level }
headline-whole = { $carrier } : { $level }
level-observed = perturbation constatée
level-confirmed = perturbation confirmée
level-signs = signes de retour
level-under_watch = de nouveau en marche, sous surveillance
level-relapsed = le retour n’a pas tenu
level-restored = rétabli
level-none = état non connu

## Heures
at = à { $time }
when-other-day = le { $day } à { $time }
at-other-day = le { $day } à { $time }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
day = { $day } { $month }

## status page
status-title = État du service
status-switch = English
status-menu = Pages
status-now = État actuel
status-history = Historique
status-subscribe = Être informé
status-report = Signaler un problème
status-as-of = État à { $time } (Paris)
status-good-until = Après { $time }, rechargez la page : elle n’est plus à jour.
status-stale = L’état actuel n’est pas connu : dernier relevé : { $time }. Seul ce qui a été dit avant figure ci-dessous.
status-nothing-yet = L’état du service n’est pas encore connu.
status-not-known = Non connu
status-all-well = Toutes les fonctions marchent
status-minor = Certaines fonctions sont dégradées
status-major = Certaines fonctions ne marchent pas
status-critical = Aucune fonction ne marche
status-services-down = Les transporteurs répondent ; d’autres services sont touchés
status-nothing-watched = Aucun transporteur n’est encore observé
status-operational = Marche
status-degraded_performance = Dégradé
status-partial_outage = Panne partielle
status-major_outage = En panne
status-no-data = Non observé
status-stage-investigating = En cours d’examen
status-stage-identified = Origine connue
status-stage-monitoring = Sous surveillance
status-stage-resolved = Rétabli
status-open = En cours
status-began = Début : { $time }
status-ended = Fin : { $time }
status-lasted = { $time } en tout
status-timeline = Déroulé
status-works-now = Ce qui marche en ce moment
status-since = depuis { $time }
status-way-round = En attendant :
status-evidence = Sur quoi cela repose
status-last-hour = La dernière heure
status-latency = Temps de réponse
status-errors = Appels en échec
status-latency-alt = Temps de réponse habituel de la dernière heure : { $last } dernièrement, { $worst } au plus long ; d’ordinaire { $usual }.
status-latency-alt-no-usual = Temps de réponse de la dernière heure : { $last } dernièrement, { $worst } au plus long.
status-latency-none = Aucune réponse n’a été mesurée dans la dernière heure.
status-errors-alt = { $failed } appels sur { $calls } ont échoué dans la dernière heure.
status-errors-none = Aucun appel dans la dernière heure.
status-usual = ordinaire
status-hour-ago = il y a une heure
status-to-now = maintenant
status-days = Jours d’incident
status-days-ago = il y a 90 jours
status-today = aujourd’hui
status-days-well = 90 jours : aucun incident sur les { $watched } jours observés.
status-days-bad = 90 jours : un incident lors de { $bad } des { $watched } jours observés.
status-days-none = 90 jours : pas encore observé.
status-day-down = { $day } : { $status }, { $minutes } de panne
status-other-services = Autres services
status-services-note = Selon l’exploitant : ils ne sont pas mesurés ici.
status-service = Service
status-state = État
status-instead = Ce que vous pouvez faire :
status-service-works = Marche
status-service-down = Ne marche pas
status-service-unknown = Non connu
status-past = Incidents passés
status-no-incidents = Aucun incident n’a été signalé au cours des 90 derniers jours.
status-feeds = Flux et données
status-links = Pages officielles
status-who = Constaté par
status-who-ourselves = nos propres appels et sondes
status-who-carrier = le transporteur, sur sa page
status-who-operator = un exploitant de chez nous, qui cite une source
status-window = Période
status-window-of = de { $from } à { $to }
status-counts = Décompte
status-counts-of = { $bad } appels sur { $n } ont échoué
status-method = Méthode
status-method-calls = appels réels et appels d’essai, comptés
status-method-odds = risque de rechute, et un appel d’essai de chaque fonction
status-method-source = une source citée
status-confidence = Confiance
status-expires = Peut être dit jusqu’à
status-source = Source
status-remark = Message de { $by }
status-words = Ce que les mots veulent dire
status-word-observed = nous le voyons nous-mêmes ; le transporteur ne l’a pas dit
status-word-confirmed = le transporteur le dit aussi, à une source que nous citons
status-word-signs = une partie des demandes aboutit de nouveau ; cela peut ne pas durer
status-word-under_watch = cela marche depuis quelques minutes ; il est trop tôt pour dire rétabli
status-word-relapsed = un retour constaté n’a pas tenu
status-word-restored = le risque de rechute est faible, et du travail réel est passé
status-level-observed = Constaté
status-level-confirmed = Confirmé
status-level-signs = Signes de retour
status-level-under_watch = Sous surveillance
status-level-relapsed = Rechute
status-level-restored = Rétabli
status-incident = Incident
status-back = Toutes les fonctions
status-times = Les heures sont celles de Paris.
status-skip = Aller au contenu
status-old = Si cette page a plus de dix minutes, elle n’est plus à jour.
status-all-messages = Les { $n } messages
status-story = { $carrier } – { $functions }

## notices
notice-more = Où tout en est : { $url }
notice-end = Pour ne plus recevoir ces messages : { $url }
## support desk
desk-hello = Bonjour,
desk-known = Voici ce que nous savons { $at } :
desk-more = { $count ->
    [one] et un autre envoi, que vous retrouvez dans votre espace.
   *[other] et { $shown } autres envois, que vous retrouvez dans votre espace.
}
desk-restored = Le service est rétabli depuis { $since }.
desk-your-request = Pour votre demande :
desk-reference = Référence de votre demande : { $reference }
desk-reply = Répondez à ce message si votre question est une autre : une personne la lira.
desk-subject = Votre demande [{ $reference }]
desk-trouble = Depuis { $since }, nous constatons des échecs ou des lenteurs vers { $carrier } ({ $functions }).
desk-trouble-ours = Depuis { $since }, nous constatons des échecs ou des lenteurs ({ $functions }).
desk-parcel = Colis { $number } : { $state }
desk-parcel-of-order = Colis { $number } (commande { $order }) : { $state }
desk-order = Commande { $order } : { $state }
desk-shipment = Envoi { $shipment } : { $state }
desk-order-part = { $order }, colis { $part }
desk-public = l’étiquette existe depuis { $since }. Pour en savoir plus, suivez le colis sous ce numéro.
desk-not-here = Colis { $number } : ce numéro ne nous est pas connu.
desk-mistyped = { $number } : ce n’est pas un numéro de colis, un caractère est faux. Vérifiez-le sur l’étiquette.
desk-ready = l’étiquette est prête depuis { $since }.
desk-ready-local = une étiquette locale valable a été imprimée { $at }.
desk-ready-local-unannounced = une étiquette locale valable a été imprimée { $at } ; le transporteur en sera informé dès qu’il répond.
desk-waiting = demande reçue { $at } et enregistrée ; l’étiquette n’a pas encore pu être demandée. Vous n’avez rien à refaire.
desk-waiting-again = demande reçue { $at } et enregistrée ; elle a été présentée au transporteur sans aboutir et le sera de nouveau. Vous n’avez rien à refaire.
desk-unknown = demande reçue { $at }, présentée au transporteur { $asked } sans réponse. Nous vérifions si l’étiquette a été créée ; ne la redemandez pas.
desk-question = une réponse est attendue depuis { $since }.
desk-question-link = une réponse est attendue depuis { $since } : { $link }
desk-rejected = le transporteur a refusé la demande { $at } (code { $code }). Corrigez-la et présentez-la de nouveau.
desk-human = une personne s’en occupe depuis { $since }.
desk-void = l’envoi a été annulé { $at }.

## subscribing
subscribe-intro = Recevez un message quand un incident commence, change ou se termine. Rien d’autre ne vous sera envoyé.
subscribe-by = Par quel moyen
subscribe-by-mail = E-mail
subscribe-by-sms = SMS
subscribe-by-webhook = Webhook, pour un programme
subscribe-mail = Adresse e-mail
subscribe-mail-hint = Un lien vous y sera envoyé pour confirmer.
subscribe-sms = Numéro de téléphone
subscribe-sms-hint = Un code vous y sera envoyé pour confirmer.
subscribe-webhook = URL du webhook
subscribe-webhook-hint = En https. Un message d’essai signé y est envoyé aussitôt ; il doit être accepté.
subscribe-more = Langue, rythme, heures calmes, fonctions
subscribe-lang = Langue des messages
subscribe-digest = Rythme
subscribe-digest-at_once = Dès que cela se produit
subscribe-digest-hourly = Une fois par heure
subscribe-digest-daily = Une fois par jour
subscribe-digest-hour = Heure du message quotidien
subscribe-quiet-from = Heures calmes, de
subscribe-quiet-to = jusqu’à
subscribe-quiet-none = aucune
subscribe-quiet-hint = Pendant ces heures rien n’est envoyé ; à leur fin vous recevez le dernier état.
subscribe-functions = De quelles fonctions
subscribe-send = M’abonner
subscribe-push = Notifications de ce navigateur
subscribe-push-text = Ce navigateur affiche les messages, même quand cette page est fermée.
subscribe-push-send = Activer les notifications
subscribe-push-done = Les notifications sont activées. Pour les modifier ou les arrêter :
subscribe-push-refused = Les notifications n’ont pas pu être activées. Autorisez-les pour ce site, puis réessayez.
subscribe-feeds = Sans adresse
subscribe-private = Votre adresse est chiffrée, ne sert qu’à ces messages, et elle est effacée quand l’abonnement se termine.
subscribe-asked-title = Vérifiez vos messages
subscribe-asked-mail = Si cette adresse peut recevoir nos messages, un e-mail est en route. Suivez le lien qu’il contient dans les deux jours.
subscribe-asked-sms = Si ce numéro peut recevoir nos messages, un SMS est en route. Saisissez ici son code.
subscribe-done-title = Vous êtes abonné
subscribe-done = Vous serez informé des prochains incidents.
subscribe-done-webhook = Le message d’essai a été accepté ; les messages y seront envoyés dès le prochain incident.
subscribe-secret = Secret de signature
subscribe-secret-text = Les messages sont signés selon Standard Webhooks. Ce secret n’est montré qu’une fois :
subscribe-manage-title = Votre abonnement
subscribe-manage-keep = Gardez cette adresse pour modifier ou arrêter l’abonnement :
subscribe-code-title = Saisir le code
subscribe-code = Code à six chiffres
subscribe-confirm-title = Confirmer l’abonnement
subscribe-confirm-text = { $name } vous enverra un message quand un incident commence, change ou se termine.
subscribe-confirm = Confirmer
subscribe-save = Enregistrer
subscribe-changed = C’est enregistré.
subscribe-end-title = Ne plus recevoir ces messages
subscribe-end-text = L’abonnement se termine aussitôt et votre adresse est effacée.
subscribe-end = Me désabonner
subscribe-ended-title = Abonnement terminé
subscribe-ended = Plus aucun message ne vous sera envoyé, et votre adresse est effacée.
subscribe-none-title = Pas d’abonnement ici
subscribe-none = On ne peut pas s’abonner sur ce serveur. Les flux Atom et RSS disent la même chose.
subscribe-bad-link-title = Ce lien n’est pas valable
subscribe-bad-link = Il est incomplet, ou l’abonnement n’existe plus. Vous pouvez vous abonner de nouveau.
subscribe-bad-code-title = Ce code n’est pas bon
subscribe-bad-code = Ce code n’est pas bon, ou ne l’est plus. Vérifiez le numéro et les six chiffres, ou abonnez-vous de nouveau.
subscribe-bad-channel = Choisissez l’un des moyens proposés.
subscribe-bad-mail = Ce n’est pas une adresse e-mail ; écrivez-la comme nom@boutique.example.
subscribe-bad-sms = Ce n’est pas un numéro de téléphone ; écrivez-le avec son pays, comme +33 6 12 34 56 78.
subscribe-bad-url = Cette URL ne peut pas être appelée. Il faut https, un hôte public, et le port 443 ou un port à partir de 1024.
subscribe-bad-ping = L’URL n’a pas accepté le message d’essai. Elle doit répondre par un statut de 200 à 299 ; rien n’a été gardé.
subscribe-bad-push = Ce navigateur n’a pas donné d’abonnement valable ; réessayez.
subscribe-bad-lang = La langue est fr ou en.
subscribe-bad-digest = Le rythme est at_once, hourly ou daily.
subscribe-bad-hour = Une heure va de 0 à 23.
subscribe-bad-quiet = Donnez les deux heures calmes, de 0 à 23, ou aucune.
subscribe-bad-functions = Les fonctions sont label, pickup, tracking et orders.
subscribe-not-sent = Le message de confirmation n’a pas pu être envoyé. Rien n’a été gardé : vérifiez l’adresse et réessayez dans une minute.
subscribe-too-many = Trop de demandes en peu de temps. Réessayez dans quelques minutes.
subscribe-unavailable = Votre demande n’a pas pu être enregistrée. Réessayez dans quelques instants.
subscribe-ask-subject = Confirmez votre abonnement – { $name }
subscribe-ask = Quelqu’un, sans doute vous, veut recevoir à cette adresse les messages de { $name } sur les incidents. Pour confirmer, ouvrez ce lien dans les deux jours :
subscribe-ask-not-you = Si ce n’est pas vous, ne faites rien : rien d’autre ne vous sera envoyé.
subscribe-ask-sms = { $name } : votre code est { $code }. Si vous n’avez rien demandé, ne faites rien.
subscribe-known-subject = Vous êtes déjà abonné – { $name }
subscribe-known = Cette adresse reçoit déjà les messages de { $name }. Rien n’a changé. Pour modifier ou arrêter l’abonnement :
subscribe-known-sms = Vous êtes déjà abonné. Pour modifier ou arrêter :
