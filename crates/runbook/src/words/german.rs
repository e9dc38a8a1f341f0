//! German; umlauts are written out as [`super::fold`] leaves them.

use super::{Column, Meanings, Sense};
use Sense::*;

pub(super) const SENSES: Meanings<Sense> = &[
    (
        Needs,
        "haengt ab von|haengt von|haengen ab von|haengen von|abhaengig von|abhaengigkeit von|abhaengigkeiten|benoetigt|benoetigen|braucht|brauchen|erfordert|setzt|nach|erst nach|sobald|wartet auf|baut auf|basiert auf",
    ),
    (
        NeededBy,
        "genutzt von|verwendet von|benoetigt von|gebraucht von|wird von|grundlage fuer|voraussetzung fuer|basis fuer|fuer alle",
    ),
    (Before, "vor|bevor"),
    (
        All,
        "alle|allen|alle dienste|allen diensten|alle module|allen modulen|alle services|allen services|alle anderen|allen anderen|alles|saemtliche|saemtlichen",
    ),
    (
        Last,
        "zuletzt|als letztes|als letzter|als letzte|zum schluss|am ende|am schluss|abschliessend",
    ),
    (
        First,
        "zuerst|als erstes|als erster|als erste|zu beginn|am anfang",
    ),
    (
        Not,
        "nicht|kein|keine|keinen|keiner|ohne|niemals|nie|unabhaengig von|nicht mehr",
    ),
    (Nothing, "keine|entfaellt"),
    (
        InOrder,
        "in der angegebenen reihenfolge|in dieser reihenfolge|in folgender reihenfolge|in der folgenden reihenfolge|der reihe nach|nacheinander|schritt fuer schritt",
    ),
    (Parallel, "gleichzeitig|zeitgleich"),
    (Kubernetes, "cluster kubernetes"),
    (
        Together,
        "gemeinsam|gemeinsame|gemeinsamer|geteilt|uebergreifend",
    ),
    (
        Foreign,
        "grossrechner|virtuelle maschine|virtuelle maschinen",
    ),
    (
        Schedule,
        "zeitgesteuert*|geplant|geplante funktion|taeglich|laeuft taeglich|stuendlich|woechentlich|zeitplan|zeitplaene",
    ),
    (Trigger, "ausloeser|ereignisquellen|abonnements"),
    (
        Starts,
        "ausgeloest|ausgeloest von|ausgeloest durch|verarbeitet|abonniert|empfaengt|hoert auf|gestartet|reagiert",
    ),
    (Publishes, "veroeffentlicht|sendet an"),
    (
        Deploy,
        "ausrollen|deployen|einspielen|installieren|bereitstellen|aktualisieren",
    ),
    (
        Pause,
        "pausieren|anhalten|aussetzen|abschalten|deaktivieren|stoppen",
    ),
    (
        Resume,
        "wieder aktivieren|wieder einschalten|wieder anschalten|wieder starten|reaktivieren|fortsetzen|wieder aufnehmen",
    ),
    (
        Verify,
        "pruefen|ueberpruefen|sicherstellen|kontrollieren|testen|ueberwachen|geprueft|durchfuehren",
    ),
    (Rotate, "rotieren|erneuern|tauschen|austauschen"),
    (Tag, "git tag|taggen|markieren|etikettieren|tag setzen"),
    (
        Notify,
        "informieren|benachrichtigen|mitteilen|bescheid geben|kommunizieren|verstaendigen",
    ),
    (Rollback, "zurueckrollen|zurueckspielen|rueckgaengig"),
    (
        Health,
        "gesundheit|gesundheitspruefung|gesundheitspruefungen|zustand|zustand aller|funktionspruefung|funktionstest|rauchtest",
    ),
    (
        Secret,
        "geheimnis|geheimnisse|schluessel|zugangsdaten|passwoerter|zertifikate|kennwoerter",
    ),
    (FunctionKey, "funktionsschluessel|hostschluessel"),
    (Slot, "bereitstellungsslot|bereitstellungsslots"),
    (Sidecar, "beiwagen"),
    (
        Concurrency,
        "nebenlaeufigkeit|gleichzeitige anfragen|parallelitaet",
    ),
    (Permission, "berechtigung|berechtigungen|rechte"),
    (Helm, "helm charts verwenden"),
    (Rolling, "rollierend*|ohne ausfallzeit|unterbrechungsfrei"),
    (Canary, "schrittweise|stufenweise"),
    (Traffic, "verkehr|datenverkehr"),
    (Qa, "qualitaetssicherung|qs"),
    (Uat, "abnahme|abnahmetest|abnahmetests|fachabnahme"),
    (Approval, "freigabe|freigegeben|genehmigt|genehmigung"),
    (External, "extern|externe|externer|externen|externes|fremd*"),
    (
        Service,
        "schnittstelle|schnittstellen|dienst|dienste|abhaengigkeiten|systeme|anbieter",
    ),
    (StatusPage, "statusseite|erreichbar"),
    (Namespace, "namensraum"),
    (Project, "projekt"),
    (Region, "region"),
    (Subscription, "abonnement"),
    (ResourceGroup, "ressourcengruppe"),
    (Environment, "umgebung"),
    (Production, "produktion|produktiv|produktionsumgebung"),
    (Staging, "vorproduktion"),
    (Testing, "testumgebung"),
    (Development, "entwicklung|entwicklungsumgebung"),
];

pub(super) const COLUMNS: Meanings<Column> = &[
    (
        Column::Step,
        "schritt|schritte|reihenfolge|lfd nr|laufende nummer|nummer|rang|welle",
    ),
    (
        Column::Module,
        "modul|module|baustein|bausteine|dienst|dienste|komponente|komponenten|anwendung|anwendungen|dienstname|programm",
    ),
    (
        Column::Platform,
        "plattform|umgebung|laeuft auf|zielplattform|ziel|betrieben auf|laufzeitumgebung|ort",
    ),
    (Column::Description, "beschreibung|zweck|aufgabe"),
    (
        Column::Notes,
        "hinweis|hinweise|bemerkung|bemerkungen|anmerkung|anmerkungen|besonderheiten|kommentar|kommentare",
    ),
    (
        Column::Needs,
        "abhaengigkeit|abhaengigkeiten|abhaengig von|haengt ab von|voraussetzung|voraussetzungen|benoetigt|braucht|vorgaenger",
    ),
    (
        Column::NeededBy,
        "genutzt von|verwendet von|benoetigt von|nachfolger",
    ),
    (Column::Version, "fassung|neue version"),
    (Column::Trigger, "ausloeser"),
    (Column::Image, "abbild"),
    (
        Column::People,
        "verantwortlich|verantwortliche|zustaendig|ansprechpartner|dauer|gruppe|telefon",
    ),
];
